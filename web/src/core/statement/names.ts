/** Names that the statements carry, checked as Rust checks them. */
import { isDigest } from "../bytes";
import { type Codec, text } from "../json/codec";

type Check = (value: string) => string | undefined;

function plain(what: string, max: number): Check {
  return (value) => {
    const length = [...value].length;
    if (length === 0 || length > max) {
      return `${what} has 1 to ${max} characters, got ${length}`;
    }
    const bad = [...value].find((char) => !/[\p{Alphabetic}\p{N} _-]/u.test(char));
    if (bad !== undefined) {
      return `${what} may not contain \`${bad}\`; letters, digits, space, \`-\` and \`_\` are allowed`;
    }
    return value.trim() === value ? undefined : `${what} has no space at its ends`;
  };
}

function checkEmail(value: string): string | undefined {
  const at = value.indexOf("@");
  const [local, domain] = [value.slice(0, Math.max(at, 0)), value.slice(at + 1)];
  const good =
    at > 0 &&
    value === value.toLowerCase() &&
    /^[!#-&'*+\-./0-9?A-Z[\]^_`a-z{|}~()\\]{1,64}$/.test(local) &&
    /^[A-Za-z0-9][A-Za-z0-9.-]{0,189}$/.test(domain) &&
    !/[.-]$/.test(domain);
  return good ? undefined : `\`${value.slice(0, 80)}\` is not an e-mail address`;
}

function checkSqlName(value: string): string | undefined {
  return /^[a-z][a-z0-9_]{0,62}$/.test(value)
    ? undefined
    : `\`${value.slice(0, 80)}\` is not a SQL name: a lower-case letter, then up to 62 lower-case letters, digits or \`_\``;
}

const checkWorkspaceName = plain("a workspace's name", 50);
const checkDatasetName = plain("a dataset's name", 80);
const checkJobName = plain("a job's name", 80);
const checkOrganisation = plain("an organisation's name", 80);

/** What is wrong with a name, in words for its form field; nothing when it is good. */
export const nameProblem = {
  workspace: checkWorkspaceName,
  dataset: checkDatasetName,
  job: checkJobName,
  email: checkEmail,
  sql: checkSqlName,
} as const satisfies Record<string, Check>;

/** A digest or public key. */
export const digest: Codec<string> = text((value) =>
  isDigest(value) ? undefined : `\`${value.slice(0, 80)}\` is not a digest: 64 lower-case hexadecimal digits`,
);

/** A UUID. */
export const uuid: Codec<string> = text((value) =>
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
    ? undefined
    : `\`${value.slice(0, 80)}\` is not a UUID`,
);

export const workspaceName = text(checkWorkspaceName);
export const datasetName = text(checkDatasetName);
export const jobName = text(checkJobName);
export const organisationName = text(checkOrganisation);
export const email = text(checkEmail);
export const sqlName = text(checkSqlName);

/** A SQL name made from a dataset's name: lower case, other characters `_`; nothing when that makes none. */
export function sqlNameOf(name: string): string | undefined {
  const folded = [...name.toLowerCase()].map((char) => (/[a-z0-9]/.test(char) ? char : "_")).join("");
  return checkSqlName(folded) === undefined ? folded : undefined;
}
