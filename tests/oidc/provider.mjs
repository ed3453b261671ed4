// An OpenID Connect provider for tests, which can also lie: `oidc-provider`, with a control endpoint that says who signs
// in next and what is wrong with the ID token. Listens on a free port of the loopback; prints its issuer as one line.
import http from "node:http";
import { SignJWT, exportJWK, generateKeyPair } from "jose";
import { Provider } from "oidc-provider";

const state = { mode: "honest", account: { sub: "ana", email: "ana@north.example", email_verified: true } };
const keys = {};
for (const kid of ["first", "second", "unknown"]) {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const named = async (key) => ({ ...(await exportJWK(key)), kid, alg: "RS256", use: "sig" });
  keys[kid] = { privateKey, jwk: await named(publicKey), secret: await named(privateKey) };
}

// What each mode changes in the claims, and who signs.
const lies = {
  "wrong-nonce": [{ nonce: "another" }, "first"],
  "wrong-audience": [{ aud: "somebody-else" }, "first"],
  "wrong-issuer": [{ iss: "https://another.example" }, "first"],
  expired: [{ iat: 1000, exp: 2000 }, "first"],
  "unknown-key": [{}, "unknown"],
  rotated: [{}, "second"],
  unsigned: [{}, null],
  "shared-secret": [{}, "shared"],
};

async function lie(token) {
  const [changes, kid] = lies[state.mode];
  const claims = { ...JSON.parse(Buffer.from(token.split(".")[1], "base64url")), ...changes };
  if (kid === null) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    return `${part({ alg: "none" })}.${part(claims)}.`;
  }
  if (kid === "shared") {
    // Signed with what both sides know, so a client could have made it: an algorithm that must not be taken.
    return new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(Buffer.from("a secret for tests"));
  }
  return new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid }).sign(keys[kid].privateKey);
}

function configuration() {
  return {
    jwks: { keys: [keys.first.secret] },
    cookies: { keys: ["a key for tests"] },
    claims: { openid: ["sub", "groups"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      registration: { enabled: true, idFactory: () => "cloister", secretFactory: () => "a secret for tests" },
    },
    // The guard against private addresses would keep it from the server under test.
    fetch: (url, { dispatcher: _guard, ...options }) => globalThis.fetch(url, options),
    interactions: { url: (_ctx, interaction) => `/_interaction/${interaction.uid}` },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ ...state.account, sub: id }) }),
    async loadExistingGrant(ctx) {
      const { client, session, provider } = ctx.oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
    ttl: { Interaction: 600, Session: 600, Grant: 600, IdToken: 600, AccessToken: 600 },
  };
}

async function tamper(ctx, next) {
  await next();
  if (ctx.path === "/jwks" && state.mode === "rotated") ctx.body = { keys: [keys.second.jwk] };
  if (ctx.path === "/token" && ctx.body?.id_token && lies[state.mode]) {
    ctx.body = { ...ctx.body, id_token: await lie(ctx.body.id_token) };
  }
}

async function read(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text === "" ? {} : JSON.parse(text);
}

let provider;
const server = http.createServer(async (request, response) => {
  try {
    if (request.url === "/_control") {
      Object.assign(state, await read(request));
      response.end("{}");
    } else if (request.url === "/_logout") {
      const { sub, sid } = await read(request);
      const client = await provider.Client.find("cloister");
      await client.backchannelLogout(sub, sid);
      response.end("{}");
    } else if (request.url.startsWith("/_interaction/")) {
      const result = { login: { accountId: state.account.sub } };
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    } else {
      provider.callback()(request, response);
    }
  } catch (error) {
    response.statusCode = 500;
    response.end(JSON.stringify({ error: String(error) }));
  }
});
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  provider = new Provider(issuer, configuration());
  provider.use(tamper);
  console.log(JSON.stringify({ issuer }));
});
// The test holds our stdin: when it ends, however it ends, so do we.
process.stdin.on("end", () => process.exit(0)).resume();
