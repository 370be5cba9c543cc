/** A certificate for `localhost` that nobody trusts unless told to, and its key: for the specs that need https, secret to nobody. */
export const throwAwayCertificate = `-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIUFUDexXS41SzDD6D2q27Tcuh+qyQwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNTIzMTMwOFoYDzIxMjYxMTAx
MjMxMzA4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATxgbpMt9EoA0simuuMpbNbbVw13hBRBWpHFbyZ0Ngjl5p0t1EPRQsp
t9CIPdc5vyQ/AWQ8uQgY7ZBpXCEjrCB/o2kwZzAdBgNVHQ4EFgQUQuN42EPwRI0G
LJwN8x1Jazmgf9kwHwYDVR0jBBgwFoAUQuN42EPwRI0GLJwN8x1Jazmgf9kwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
RwAwRAIgIjt40q7a4FjcLZ+bz4gERxTOEiBrpGx5O0sFUX59bMUCICE8jJ3V/Wzq
jIHjk5Nzuzgbdov7xcJnaK4DWBN0RWzm
-----END CERTIFICATE-----
`;

export const throwAwayKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgbpto6H/CXSeLGEzf
vfrOBh2JElNt+eGIYxqhqMa2L8yhRANCAATxgbpMt9EoA0simuuMpbNbbVw13hBR
BWpHFbyZ0Ngjl5p0t1EPRQspt9CIPdc5vyQ/AWQ8uQgY7ZBpXCEjrCB/
-----END PRIVATE KEY-----
`;
