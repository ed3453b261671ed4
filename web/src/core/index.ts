/**
 * The trust core of the console: keys, statements, verification, sealed results. What pages may use; see README.md.
 *
 * Nothing here knows React or the page. Heavy parts (age, HPKE, Parquet) load when they are first needed.
 */

export { type Accepted, acceptCharter, declineCharter, type Invitation, invitationOf } from "./acts/answer";
export { type ProvenBroker, proveBroker, UNCHECKED } from "./acts/broker";
export { revokeOwnCertificate } from "./acts/certificates";
export { archiveWorkspace, type CharterChange, changeCharter, suspendMember } from "./acts/change";
export { type Approval, type Creation, createWorkspace, type RunBy } from "./acts/create";
export {
  addManifest,
  deleteDataset,
  type HeldDataset,
  holdDataset,
  newDataKey,
  rekeyDataset,
  revokeShare,
  type ShareOptions,
  setRules,
  shareDataset,
} from "./acts/datasets";
export {
  backups,
  changePassphrase,
  enrol,
  type FreshKeys,
  newKeys,
  renewKeys,
  restoreFile,
  restoreKeys,
  type Standing,
  standing,
} from "./acts/enrol";
export { type HeldWorkspace, holdWorkspace, memberOf, membersOf, namesOf, requireInForce } from "./acts/hold";
export {
  commentProblem,
  type HeldSpec,
  holdSpec,
  MAX_COMMENT,
  reviewJob,
  sharedTables,
  submitJob,
  testJob,
  withdrawJob,
} from "./acts/jobs";
export { findPeople, findPerson, personOf } from "./acts/people";
export { runJob } from "./acts/runs";
export { type Signatory, signatory } from "./acts/signatory";
export { tablesOf } from "./acts/sql";
export { inputProblem, inputsOf, inputValue, variablesOf } from "./acts/variables";
export { type Api, createApi, type Send } from "./api";
export type { Core, Preview } from "./core";
export { describe } from "./describe";
export { rulesWords } from "./describe/datasets";
export type { Description, Fact, NamedPerson, Names } from "./describe/facts";
export { describeSpec } from "./describe/jobs";
export { charterFacts } from "./describe/workspaces";
export { type Cause, CoreError, type Problem } from "./errors";
export { MAX_BACKUP } from "./keys/backup";
export { extractable } from "./keys/member";
export { openVault, type Vault } from "./keys/vault";
export { rootText } from "./log/checkpoint";
export { type Followed, followLog, type Included, type ListedEntry, requireIncluded } from "./log/watch";
export { randomBytes, requirePlatform, uuidV4 } from "./platform";
export { type HeldReceipt, type OpenedOutput, openOutput, openRunLog, verifyReceipt } from "./results/open";
export { type Cell, readTable, type Table, toCsv } from "./results/table";
export { keyId } from "./sealing/keys";
export type { Manifest } from "./statement/bodies/datasets";
export type { Spec, Variable } from "./statement/bodies/jobs";
export { type Column, OPEN_RULES, protects, type Rules, schemaProblem } from "./statement/bodies/rules";
export type { Assurance, Charter, WorkspaceKind } from "./statement/bodies/workspaces";
export { type Envelope, fullText, readEnvelope } from "./statement/envelope";
export { nameProblem, sqlNameOf } from "./statement/names";
export { fromDate, type Timestamp } from "./time";
export { fingerprint, type Person } from "./verify/people";
