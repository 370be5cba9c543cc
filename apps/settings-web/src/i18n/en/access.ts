import type { access as words } from '../ru/access';

export const access: typeof words = {
  access: {
    users: 'Users',
    name: 'Name',
    login: 'Login',
    password: 'Password, 10 characters or more',
    role: 'Rights',
    newUser: 'New user',
    rolesLead: 'An administrator manages everything, an operator changes the settings, a viewer only looks.',
    roles: {
      platform_admin: 'Platform administrator',
      account_admin: 'Administrator',
      operator: 'Operator',
      viewer: 'Viewer',
    },
    lastLogin: 'Last login',
    lastUsed: 'Last used',
    never: 'never',
    disabled: 'disabled',
    disable: 'Disable',
    enable: 'Enable',
    oneself: 'This is you. Another administrator can disable, delete or change the rights.',
    addUser: 'Add a user',
    keys: 'API keys',
    apiDocs: 'The API described',
    keysLead: 'For programs: settings and journal are there through the REST API too.',
    key: 'Key',
    keyName: 'What the key is for',
    addKey: 'Make a key',
  },
};
