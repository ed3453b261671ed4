/** What the API answers, as far as the core reads it. Statements are `unknown` until `readEnvelope` has read them. */
import type { Digest } from "./bytes";

export interface CertificateInfo {
  readonly digest: Digest;
  readonly certificate: unknown;
  readonly ended?: string;
}

export interface Me {
  readonly user: { readonly id: string; readonly organisation: string; readonly email: string };
  readonly certificate?: CertificateInfo;
  readonly log_origin: string;
  readonly log_key: Digest;
  readonly notices: readonly string[];
}

export interface KeyBackup {
  readonly key: Digest;
  /** The `age` file, base64. */
  readonly file: string;
  readonly stored: string;
}

export interface InForceAnswer {
  readonly statement: Digest;
  readonly acknowledgement?: unknown;
}

export interface Workspace {
  readonly id: Digest;
  readonly name: string;
  readonly description: string;
  readonly kind: string;
  readonly state: string;
  readonly version: number;
  readonly charter: Digest;
  readonly pending_charter?: Digest;
  readonly awaiting?: readonly string[];
  readonly members: readonly {
    readonly certificate: Digest;
    readonly email: string;
    readonly answer: string;
  }[];
}

export interface WorkspaceStatements {
  readonly statements: readonly unknown[];
  readonly certificates: readonly unknown[];
  readonly acknowledgements: readonly unknown[];
}

export interface Share {
  readonly workspace: Digest;
  readonly sql_name: string;
  readonly grant: unknown;
  readonly grant_digest: Digest;
  readonly state: string;
}

export interface Dataset {
  readonly id: string;
  readonly name: string;
  readonly own: boolean;
  readonly state: string;
  readonly manifest: Digest;
  readonly statement: unknown;
  readonly certificate: unknown;
  readonly owner_key?: string;
  readonly shares: readonly Share[];
}

export interface Draft {
  readonly name: string;
  readonly source: string;
  readonly readers: readonly string[];
  readonly variables?: readonly unknown[];
  readonly max_runs: number;
  readonly valid_until?: string;
}

export interface Job {
  readonly id: string;
  readonly workspace: Digest;
  readonly state: string;
  readonly draft: Draft;
  readonly spec?: unknown;
  readonly spec_digest?: Digest;
  readonly tables: Readonly<Record<string, Digest>>;
}

/** A spec that a job stood for, or stands for. */
export interface JobSpec {
  readonly statement: unknown;
  readonly digest: Digest;
  readonly submitted: string;
  readonly accepted: boolean;
}

export interface Run {
  readonly id: string;
  readonly workspace: Digest;
  readonly job: string;
  readonly spec: Digest;
  readonly kind: string;
  readonly state: string;
  readonly code?: string;
  readonly outputs: readonly { readonly name: string; readonly size: number; readonly sha256: Digest }[];
  readonly release?: unknown;
  readonly receipt?: unknown;
}

export interface BrokerIdentityInfo {
  readonly signing_key: Digest;
  readonly sealing_key: Digest;
  readonly measurement: string;
  readonly configuration: Digest;
}

export interface EvidenceAnswer {
  readonly nonce: Digest;
  readonly identity: BrokerIdentityInfo;
  readonly evidence: string;
  readonly configuration: string;
}

export interface LogInfo {
  readonly origin: string;
  readonly public_key: Digest;
  readonly checkpoint: string;
}
