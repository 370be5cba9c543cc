/**
 * A certificate for `localhost` that nobody trusts unless told to, and its key: made for the specs that speak TLS, valid
 * until 2126, secret to nobody.
 */
export const throwAwayCertificate = `-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUfFNBaQ39GlNKa4olaOnO66ooxVwwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDAwMjM0NloYDzIxMjYxMDMx
MDAyMzQ2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQ5Gwh3CbPIKQLZ/fG+4/WGq9rU1pIXSSdZTYtbGckJt466K3voq09O
aa/Z+iTuCazoxEEcFzbFZC7cxQlgwrX4o2kwZzAdBgNVHQ4EFgQUJkpB1lJcd+51
OgaO9eqMoSSL6M4wHwYDVR0jBBgwFoAUJkpB1lJcd+51OgaO9eqMoSSL6M4wDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhAJTki1U9Pom6IVG39zQKJdPOlvtjeuDArBFl/CPOEQLUAiEA8xSSavx7
a1m7cp4gK7/POePXxU2t1P3Dh/utkZcyL5M=
-----END CERTIFICATE-----
`;

export const throwAwayKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgEl0x0mkIPc0pzwjy
Z1T1H8T6IaF16uu/Zx8nJJe+J1GhRANCAAQ5Gwh3CbPIKQLZ/fG+4/WGq9rU1pIX
SSdZTYtbGckJt466K3voq09Oaa/Z+iTuCazoxEEcFzbFZC7cxQlgwrX4
-----END PRIVATE KEY-----
`;
