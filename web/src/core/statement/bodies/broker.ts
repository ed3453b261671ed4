/** What the broker says: challenges, release records, acknowledgements. Read here, never signed. */
import { anyText, count, object, set, type TypeOf } from "../../json/codec";
import { timestamp } from "../../time";
import { digest, uuid } from "../names";
import { assurance } from "./workspaces";

const MAX_U32 = 0xffff_ffff;

/** The broker challenges a worker to prove itself now. */
export const challenge = object({
  broker: digest,
  session: digest,
  nonce: digest,
  run: uuid,
  spec: digest,
  expires: timestamp,
});

/** The broker says that it releases keys to one attested worker for one run, and on what grounds. */
export const releaseRecord = object({
  run: uuid,
  spec: digest,
  charter: digest,
  request: digest,
  statements: set(digest),
  manifests: set(digest),
  challenge: digest,
  evidence: digest,
  transcript: digest,
  worker: digest,
  measurement: anyText,
  assurance,
  count: count(MAX_U32),
  attempt: count(MAX_U32),
  configuration: digest,
  sequence: count(),
  state: digest,
});

/** The broker has taken a restricting statement into account. */
export const acknowledgement = object({ statement: digest, sequence: count(), state: digest });

export type ReleaseRecord = TypeOf<typeof releaseRecord>;
export type Acknowledgement = TypeOf<typeof acknowledgement>;
