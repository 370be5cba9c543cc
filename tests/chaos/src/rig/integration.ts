/** Our integration as the emulator knows it. */
export const integration = {
  clientId: 'perezvon',
  clientSecret: 'canary-secret-of-the-integration',
  redirectUri: 'https://perezvon.example/oauth/amocrm/callback',
};
