/**
 * What can go wrong, by cause. Pages decide by `cause.kind`, never by the text; the text is one sentence for people.
 *
 * `refused` is a check that said no; its name is the one that command line, server and `cloister verify` use too.
 */

/** A problem of the API (RFC 9457), as the server sent it. */
export interface Problem {
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly detail?: string;
  readonly check?: string;
  readonly requestId?: string;
}

/** Why something was not done. */
export type Cause =
  /** The page came over plain HTTP from another host: the browser gives no cryptography to it. */
  | { readonly kind: "insecure_context" }
  /** The browser lacks something, by name. */
  | { readonly kind: "unsupported"; readonly what: string }
  /** A named check refused. */
  | { readonly kind: "refused"; readonly check: string }
  /** What the person gave cannot be right. */
  | { readonly kind: "input" }
  /** Something changed meanwhile. */
  | { readonly kind: "conflict" }
  /** No such thing for this person. */
  | { readonly kind: "unknown"; readonly what: string }
  /** The person has no certificate yet. */
  | { readonly kind: "no_certificate" }
  /** This browser does not hold the key of the certificate: restore the backup. */
  | { readonly kind: "key_missing"; readonly key: string }
  /** The broker has not acknowledged the statement yet; it will be done later. */
  | { readonly kind: "not_in_force"; readonly statement: string }
  /** The passphrase does not open the backup. */
  | { readonly kind: "passphrase" }
  /** No backup, or a damaged one. */
  | { readonly kind: "backup" }
  /** The person closed the dialog without signing. */
  | { readonly kind: "declined" }
  /** The server said no. */
  | { readonly kind: "problem"; readonly problem: Problem }
  /** Nobody answered. */
  | { readonly kind: "unreachable" }
  /** What came from the server is not what it should be. */
  | { readonly kind: "protocol" };

/** Every error of the core. */
export class CoreError extends Error {
  override readonly name = "CoreError";
  readonly why: Cause;

  constructor(why: Cause, message: string) {
    super(message);
    this.why = why;
  }
}

/** A named check refused. */
export function refused(check: string, reason: string): CoreError {
  return new CoreError({ kind: "refused", check }, reason);
}

/** What the person gave cannot be right. */
export function invalid(reason: string): CoreError {
  return new CoreError({ kind: "input" }, reason);
}

/** What the server sent is not what it should be. */
export function malformed(what: string, reason: string): CoreError {
  return new CoreError({ kind: "protocol" }, `the ${what} of the server: ${reason}`);
}

/** The message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
