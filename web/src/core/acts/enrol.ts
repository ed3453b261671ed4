/** Keys and certificate of a person in this browser: made, restored, renewed, backed up. */
import { fromBase64, toBase64 } from "../bytes";
import { type Core, signPredicate, statementOf, whoAmI } from "../core";
import { CoreError, refused } from "../errors";
import { type Backup, makeBackup, openBackup } from "../keys/backup";
import { drawSecrets, type KeySecrets, type MemberKeys, memberKeys, wipe } from "../keys/member";
import type { CertificateRequest } from "../statement/bodies/certificates";
import { type Envelope, envelopeJson } from "../statement/envelope";
import { openCertificate, type Person } from "../verify/people";
import type { CertificateInfo, KeyBackup, Me } from "../wire";
import { proveBroker } from "./broker";
import { brokerKey, type Signatory, signAs } from "./signatory";

/** Where the keys of the person are. */
export type Standing =
  /** No certificate yet: `newKeys`, show the passphrase, then `enrol`. */
  | { readonly kind: "new"; readonly me: Me }
  /** This browser can sign. */
  | { readonly kind: "ready"; readonly me: Me; readonly person: Person }
  /** The keys are elsewhere: `restoreKeys`, if there is a backup. */
  | { readonly kind: "elsewhere"; readonly me: Me; readonly person: Person; readonly backup: boolean };

/** Fresh keys with their backup, kept nowhere yet. */
export interface FreshKeys {
  readonly keys: MemberKeys;
  readonly backup: Backup;
}

/** Where the keys of the person who is signed in are. */
export async function standing(core: Core): Promise<Standing> {
  const me = await whoAmI(core);
  if (me.certificate === undefined || me.certificate === null) {
    return { kind: "new", me };
  }
  const person = openCertificate(
    statementOf(me.certificate.certificate, "certificate"),
    await brokerKey(core),
  );
  const wanted = person.certificate.signing_key;
  if ((await core.vault.keys()).some((keys) => keys.signingKey === wanted)) {
    return { kind: "ready", me, person };
  }
  const backup = (await backups(core)).some((one) => one.key === wanted);
  return { kind: "elsewhere", me, person, backup };
}

/** The backups the server keeps for the person. */
export function backups(core: Core): Promise<readonly KeyBackup[]> {
  return core.api.all<KeyBackup>("/me/key-backups");
}

/** Draws keys and encrypts their backup. The passphrase must be shown to the person before `enrol`. */
export async function newKeys(core: Core): Promise<FreshKeys> {
  const secrets = drawSecrets(core.random);
  try {
    return { keys: await memberKeys(secrets), backup: await makeBackup(secrets, core.random) };
  } finally {
    wipe(secrets);
  }
}

/** Keeps fresh keys here, their backup at the server, and asks for the first certificate. */
export async function enrol(core: Core, fresh: FreshKeys): Promise<Person> {
  await proveBroker(core);
  const me = await whoAmI(core);
  if (me.certificate !== undefined && me.certificate !== null) {
    throw new CoreError(
      { kind: "conflict" },
      "you have a certificate already: restore its keys, or renew them",
    );
  }
  await keep(core, fresh);
  const request = await signPredicate(core, fresh.keys, "certificate-request", {
    issued_at: core.now(),
    signer: { key: fresh.keys.signingKey },
    body: requestOf(me, fresh.keys, undefined),
  });
  return certify(core, request, fresh.keys);
}

/** New keys and a new certificate, signed for by the old key. The old keys stay, to open what was sealed to them. */
export async function renewKeys(core: Core, old: Signatory, fresh: FreshKeys): Promise<Person> {
  await keep(core, fresh);
  const body = requestOf(old.me, fresh.keys, old.person.digest);
  return certify(core, await signAs(core, old, "certificate-request", undefined, body), fresh.keys);
}

/** Keys first, so that no certificate is ever asked for whose keys are lost. */
export async function keep(core: Core, { keys, backup }: FreshKeys): Promise<void> {
  await core.vault.saveKeys(keys);
  await storeBackup(core, keys.signingKey, backup.file);
}

async function storeBackup(core: Core, key: string, file: Uint8Array): Promise<void> {
  await core.api.send("PUT", `/me/key-backups/${key}`, { file: toBase64(file) });
}

export function requestOf(me: Me, keys: MemberKeys, replaces: string | undefined): CertificateRequest {
  return {
    organisation: me.user.organisation,
    issuer: "local",
    subject: me.user.id,
    email: me.user.email,
    signing_key: keys.signingKey,
    age_recipient: keys.recipient,
    channel: "console",
    ...(replaces === undefined ? {} : { replaces }),
  };
}

export async function certify(core: Core, request: Envelope, keys: MemberKeys): Promise<Person> {
  const answer = await core.api.send<CertificateInfo>("POST", "/certificates", {
    request: envelopeJson(request),
  });
  const envelope = statementOf(answer.value.certificate, "certificate");
  const person = openCertificate(envelope, await brokerKey(core));
  const { signing_key, age_recipient, request: named } = person.certificate;
  if (signing_key !== keys.signingKey || age_recipient !== keys.recipient || named !== request.digest) {
    throw refused("certificate", "the certificate issued is not the one asked for");
  }
  return person;
}

/** Restores every pair of keys whose backup at the server the passphrase opens; gives their signing keys. */
export async function restoreKeys(core: Core, passphrase: string): Promise<readonly string[]> {
  const found = await backups(core);
  if (found.length === 0) {
    throw new CoreError({ kind: "backup" }, "the server keeps no backup of your keys");
  }
  const opened: string[] = [];
  let failure: unknown;
  for (const { file } of found) {
    try {
      opened.push(await restoreFile(core, fromBase64(file), passphrase));
    } catch (thrown) {
      failure = thrown;
    }
  }
  if (opened.length === 0) {
    throw failure;
  }
  return opened;
}

/** Restores keys from a backup file, such as `cloister key backup` writes; gives the signing key. */
export async function restoreFile(core: Core, file: Uint8Array, passphrase: string): Promise<string> {
  const secrets = await openBackup(file, passphrase);
  try {
    const keys = await memberKeys(secrets);
    await core.vault.saveKeys(keys);
    return keys.signingKey;
  } finally {
    wipe(secrets);
  }
}

/**
 * A new passphrase for a backup that the old one opens. The keys themselves never leave the browser again after they were
 * made, so without the old passphrase there is no new backup: renew the keys instead.
 */
export async function changePassphrase(core: Core, key: string, passphrase: string): Promise<Backup> {
  const held = (await backups(core)).find((one) => one.key === key);
  if (held === undefined) {
    throw new CoreError({ kind: "backup" }, "the server keeps no backup of these keys");
  }
  let secrets: KeySecrets | undefined;
  try {
    secrets = await openBackup(fromBase64(held.file), passphrase);
    const backup = await makeBackup(secrets, core.random);
    await storeBackup(core, key, backup.file);
    return backup;
  } finally {
    if (secrets !== undefined) {
      wipe(secrets);
    }
  }
}
