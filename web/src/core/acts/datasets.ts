/** Datasets: manifests and grants verified, shared, revoked, changed, deleted. */
import { type Bytes, type Digest, fromBase64, toBase64 } from "../bytes";
import { type Core, statementOf } from "../core";
import { CoreError, invalid, malformed, messageOf, refused } from "../errors";
import { openFile, sealFile } from "../sealing/files";
import { keyId, type Sealed, wrapDataKey } from "../sealing/keys";
import type { Grant, Manifest } from "../statement/bodies/datasets";
import type { Rules } from "../statement/bodies/rules";
import type { Assurance } from "../statement/bodies/workspaces";
import { envelopeJson, open, verify } from "../statement/envelope";
import { nameProblem, sqlNameOf } from "../statement/names";
import type { Timestamp } from "../time";
import { personOf } from "../verify/dossier";
import { openCertificate, type Person } from "../verify/people";
import type { Dataset, InForceAnswer, Share } from "../wire";
import { type HeldWorkspace, holdWorkspace, namesOf, requireInForce } from "./hold";
import { brokerKey, requireAcknowledged, restrict, type Signatory, signAs, signatory } from "./signatory";

/** A dataset whose manifest's signature holds. */
export interface HeldDataset {
  readonly dataset: Dataset;
  readonly digest: Digest;
  readonly manifest: Manifest;
  readonly owner: Person;
}

/** How a dataset is shared. */
export interface ShareOptions {
  /** Under every later charter too. */
  readonly follow: boolean;
  /** A simulated worker may get the key. */
  readonly allowSimulated: boolean;
  /** The SQL name in the workspace, instead of the one made from the dataset's name. */
  readonly sqlName?: string;
  /** From then on no key is released. */
  readonly expires?: Timestamp;
}

/** Verifies the manifest of a dataset the server showed, under its owner's certificate. */
export async function verifyDataset(core: Core, dataset: Dataset): Promise<HeldDataset> {
  const owner = openCertificate(statementOf(dataset.certificate, "certificate"), await brokerKey(core));
  try {
    const opened = verify(
      open(statementOf(dataset.statement, "manifest"), "manifest"),
      owner.certificate.signing_key,
    );
    if (opened.certificate !== owner.digest || opened.digest !== dataset.manifest) {
      throw refused("manifest", "the manifest is not the one the server names");
    }
    if (opened.body.dataset !== dataset.id) {
      throw refused("manifest", "the manifest is of another dataset");
    }
    return { dataset, digest: opened.digest, manifest: opened.body, owner };
  } catch (thrown) {
    throw thrown instanceof CoreError ? thrown : malformed("manifest", messageOf(thrown));
  }
}

/** Fetches and verifies a dataset. */
export async function holdDataset(core: Core, id: string): Promise<HeldDataset> {
  return verifyDataset(core, await core.api.get<Dataset>(`/datasets/${id}`));
}

/** Refuses a dataset whose manifest somebody else signed. */
export function requireOwn(held: HeldDataset, me: Signatory): void {
  if (personOf(held.owner.certificate) !== personOf(me.person.certificate)) {
    throw refused("manifest", "the manifest is not signed by you");
  }
}

/** A fresh data key. */
export function newDataKey(core: Core): Bytes {
  return core.random(32);
}

/** A data key sealed to its owner, base64, as the server keeps it. */
export async function sealToOwner(me: Signatory, key: Uint8Array): Promise<string> {
  return toBase64(await sealFile([me.keys.recipient], key));
}

/** Opens the data key of one's own dataset and compares it with the manifest. */
export async function openDataKey(core: Core, held: HeldDataset): Promise<Uint8Array> {
  const sealed = held.dataset.owner_key;
  if (sealed === undefined) {
    throw malformed("dataset", "it keeps no key for the owner");
  }
  const openers = (await core.vault.keys()).map((keys) => keys.opener);
  const key = await openFile(openers, fromBase64(sealed));
  if (key === undefined) {
    const { signing_key } = held.owner.certificate;
    throw new CoreError(
      { kind: "key_missing", key: signing_key },
      "no key of this browser opens the dataset's key",
    );
  }
  if (key.length !== 32 || keyId(key) !== held.manifest.key_id) {
    throw refused("key", "the stored data key is not the manifest's");
  }
  return key;
}

/** The assurance that a grant allows. */
function allowed(grant: Grant): Assurance {
  return grant.allow_simulated ? "simulated" : "hardware";
}

interface SharePart {
  readonly grant: unknown;
  readonly sealed_key: Sealed;
  readonly sql_name: string;
}

/** A signed grant with the key sealed to the broker of the workspace's verified charter. */
async function grantPart(
  core: Core,
  me: Signatory,
  name: string,
  workspace: HeldWorkspace,
  grant: Grant,
  sqlName: string,
  key: Uint8Array,
): Promise<SharePart> {
  const { broker } = requireInForce(workspace).body;
  const names = namesOf(workspace, { [grant.manifest]: name });
  const statement = await signAs(core, me, "grant", workspace.genesis, grant, names);
  const sealed_key = await wrapDataKey(broker.sealing_key, allowed(grant), grant.manifest, key);
  return { grant: envelopeJson(statement), sealed_key, sql_name: sqlName };
}

/** Shares a dataset of one's own to a workspace. */
export async function shareDataset(
  core: Core,
  id: string,
  workspace: HeldWorkspace,
  options: ShareOptions,
): Promise<Dataset> {
  const me = await signatory(core);
  const held = await holdDataset(core, id);
  requireOwn(held, me);
  if (options.allowSimulated && held.manifest.floor === "hardware") {
    throw refused(
      "assurance",
      `\`${held.manifest.name}\` was added for hardware only, its grants cannot allow simulated workers`,
    );
  }
  const sqlName = options.sqlName ?? sqlNameOf(held.manifest.name);
  const problem = sqlName === undefined ? "" : nameProblem.sql(sqlName);
  if (sqlName === undefined || problem !== undefined) {
    throw invalid(problem || `\`${held.manifest.name}\` makes no SQL name: give one`);
  }
  const grant: Grant = {
    manifest: held.digest,
    pin: options.follow ? "follows" : { charter: requireInForce(workspace).digest },
    allow_simulated: options.allowSimulated,
    ...(options.expires === undefined ? {} : { expires: options.expires }),
  };
  const key = await openDataKey(core, held);
  const body = await grantPart(core, me, held.manifest.name, workspace, grant, sqlName, key);
  return (await core.api.send<Dataset>("POST", `/datasets/${id}/shares`, body)).value;
}

function liveShares(dataset: Dataset): readonly Share[] {
  return dataset.shares.filter((share) => share.state === "live");
}

/** Ends the share of a dataset to a workspace, at once. */
export async function revokeShare(core: Core, id: string, workspace: Digest): Promise<InForceAnswer> {
  const me = await signatory(core);
  const held = await holdDataset(core, id);
  requireOwn(held, me);
  const share = liveShares(held.dataset).find((one) => one.workspace === workspace);
  if (share === undefined) {
    throw new CoreError({ kind: "unknown", what: "share" }, "the dataset is not shared to this workspace");
  }
  const names = { person: () => undefined, label: () => `${held.manifest.name} as ${share.sql_name}` };
  const body = { grant: share.grant_digest };
  const statement = await signAs(core, me, "revocation", workspace, body, names);
  return restrict(core, `/datasets/${id}/revocations`, statement);
}

/** The grant of a share, with one's own signature checked. */
async function ownGrant(core: Core, me: Signatory, share: Share): Promise<Grant> {
  const opened = open(statementOf(share.grant, "grant"), "grant");
  const own = (await core.vault.keys()).map((keys) => keys.signingKey);
  const key = [me.keys.signingKey, ...own].find((one) => one === opened.envelope.key);
  if (key === undefined || opened.predicate.workspace !== share.workspace) {
    throw refused("grant", "the grant shown is not signed by you for this workspace");
  }
  try {
    return verify(opened, key).body;
  } catch (thrown) {
    throw refused("grant", messageOf(thrown));
  }
}

/** Gives a dataset other rules: a superseding manifest, with new grants and seals where it is shared. */
export async function setRules(core: Core, id: string, rules: Rules): Promise<InForceAnswer> {
  const me = await signatory(core);
  const held = await holdDataset(core, id);
  requireOwn(held, me);
  const key = await openDataKey(core, held);
  const { manifest } = held;
  const next: Manifest = { ...manifest, sequence: manifest.sequence + 1, previous: held.digest, rules };
  const statement = await signAs(core, me, "manifest", undefined, next);
  const shares: SharePart[] = [];
  for (const share of liveShares(held.dataset)) {
    const grant: Grant = { ...(await ownGrant(core, me, share)), manifest: statement.digest };
    const workspace = await holdWorkspace(core, share.workspace);
    shares.push(await grantPart(core, me, next.name, workspace, grant, share.sql_name, key));
  }
  const owner_key = await sealToOwner(me, key);
  const body = { manifest: envelopeJson(statement), owner_key, shares };
  const answer = await core.api.send<InForceAnswer>("POST", `/datasets/${id}/manifests`, body);
  await requireAcknowledged(core, statement.digest, answer.value);
  return answer.value;
}

/** Repeats every seal for the brokers now in force; gives the workspaces sealed for. */
export async function rekeyDataset(core: Core, id: string): Promise<readonly Digest[]> {
  const me = await signatory(core);
  const held = await holdDataset(core, id);
  requireOwn(held, me);
  const key = await openDataKey(core, held);
  const done: Digest[] = [];
  for (const share of liveShares(held.dataset)) {
    const grant = await ownGrant(core, me, share);
    const { broker } = requireInForce(await holdWorkspace(core, share.workspace)).body;
    const sealed_key = await wrapDataKey(broker.sealing_key, allowed(grant), grant.manifest, key);
    await core.api.send("POST", `/datasets/${id}/seals`, { workspace: share.workspace, sealed_key });
    done.push(share.workspace);
  }
  return done;
}

/** Signs the first manifest of a dataset whose files are uploaded, and adds it. */
export async function addManifest(core: Core, manifest: Manifest, key: Uint8Array): Promise<Dataset> {
  const me = await signatory(core);
  if (keyId(key) !== manifest.key_id) {
    throw invalid("the manifest names another key than the one the files are encrypted with");
  }
  const statement = await signAs(core, me, "manifest", undefined, manifest);
  const body = { manifest: envelopeJson(statement), owner_key: await sealToOwner(me, key), shares: [] };
  return (await core.api.send<Dataset>("POST", "/datasets", body)).value;
}

/** Ends a dataset for good. */
export async function deleteDataset(core: Core, id: string): Promise<InForceAnswer> {
  const me = await signatory(core);
  const held = await holdDataset(core, id);
  requireOwn(held, me);
  const names = { person: () => undefined, label: () => held.manifest.name };
  const body = { dataset: held.dataset.id, manifest: held.digest };
  const statement = await signAs(core, me, "dataset-deletion", undefined, body, names);
  return restrict(core, `/datasets/${id}/deletion`, statement);
}
