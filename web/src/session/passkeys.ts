/** Passkeys: what the server begins, the browser answers, the server takes. */
import { ApiError, api, done, plain } from "../api/client";

/** Whether this browser can, at this address: not without TLS, and not where an address stands in place of a name. */
export function passkeysHere(): boolean {
  return window.isSecureContext && typeof PublicKeyCredential?.parseRequestOptionsFromJSON === "function";
}

/** The browser's refusal in words; what the server says stays as it is. */
function told(error: unknown): unknown {
  if (!(error instanceof DOMException)) return error;
  const detail =
    error.name === "InvalidStateError"
      ? "this device has a passkey of your account already"
      : error.name === "SecurityError"
        ? "the browser allows no passkeys at this address; ask the operator for one with a name and TLS"
        : "the browser gave no passkey: it was cancelled, took too long, or no device had one";
  return new ApiError(0, { title: "No passkey", detail });
}

async function answered(asked: Promise<Credential | null>): Promise<Record<string, unknown>> {
  try {
    const credential = await asked;
    if (!(credential instanceof PublicKeyCredential)) throw new DOMException("none", "NotAllowedError");
    return credential.toJSON();
  } catch (error) {
    throw told(error);
  }
}

/** Signs in as whom the authenticator says; nobody types an address. */
export async function signInByPasskey(): Promise<void> {
  const begun = await done(api.POST("/api/v1/passkeys/sign-ins", { body: {} }));
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    begun.public_key as unknown as PublicKeyCredentialRequestOptionsJSON,
  );
  const credential = await answered(navigator.credentials.get({ publicKey }));
  await plain("POST", "/auth/passkey", { ceremony: begun.ceremony, credential });
}

/** Adds a passkey of this device. The password may be absent soon after signing in with it. */
export async function addPasskey(name: string, password: string): Promise<void> {
  const begun = await done(
    api.POST("/api/v1/passkeys/registrations", { body: password ? { password } : {} }),
  );
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    begun.public_key as unknown as PublicKeyCredentialCreationOptionsJSON,
  );
  const credential = await answered(navigator.credentials.create({ publicKey }));
  await done(
    api.POST("/api/v1/passkeys", {
      body: { ceremony: begun.ceremony, name, credential: credential as Record<string, never> },
    }),
  );
}
