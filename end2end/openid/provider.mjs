// A conformant OpenID provider (npm's oidc-provider) for the tests: any name may sign in, and is <name>@example.com.
// PORT of the provider; CLIENT as JSON; prints one line when it listens.
// @ts-check
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// The package lies in a cache, not beside this file.
const where = createRequire(`${process.env.PROVIDER_HOME ?? process.cwd()}/`).resolve('oidc-provider');
const { default: Provider } = await import(pathToFileURL(where).href);

const port = Number(process.env.PORT ?? 0);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [JSON.parse(process.env.CLIENT ?? '{}')],
  pkce: { required: () => true },
  scopes: ['openid', 'email', 'offline_access'],
  claims: { openid: ['sub'], email: ['email', 'email_verified', 'groups'] },
  conformIdTokenClaims: false,
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@example.com`, email_verified: !id.startsWith('unverified'), groups: ['team-a-people'] }),
  }),
});
provider.listen(port, '127.0.0.1', () => console.log(`listening ${issuer}`));
