/** An error of the API or the core, as a page tells it. */
import { ApiError } from "../api/client";
import { CoreError } from "../core/errors";

export interface Told {
  status: number;
  title: string;
  text: string;
  advice?: string | undefined;
  requestId?: string | undefined;
}

const ADVICE: Record<number, string> = {
  0: "Nothing was lost; it is tried again when the server answers.",
  412: "Somebody changed it while you had it open. Load it again and repeat your change.",
  429: "Wait a little, then try again.",
  500: "Tell the operator of this server the request id below.",
  503: "This passes by itself in most cases: try again in a moment.",
};

const byCheck = (check: string | undefined) => (check ? `Refused by the check \`${check}\`.` : undefined);

function ofCore({ why, message }: CoreError): Told {
  const told = (title: string, advice?: string, status = 409): Told => ({
    status,
    title,
    text: message,
    advice,
  });
  switch (why.kind) {
    case "problem": {
      const { status, title, check, requestId } = why.problem;
      return {
        status,
        title,
        text: message,
        advice: status === 403 ? byCheck(check) : ADVICE[status],
        requestId,
      };
    }
    case "unreachable":
      return told("The server cannot be reached", ADVICE[0], 0);
    case "refused":
      return told(
        "This browser refused it",
        `${byCheck(why.check)} Nothing was signed on account of it.`,
        403,
      );
    case "not_in_force":
      return told(
        "Stored, and not in force yet",
        "The broker acknowledges it when it answers again; this page shows when that is so.",
      );
    case "insecure_context":
      return told("No keys on this page", "Open the console by an address that begins with https.");
    case "unsupported":
      return told("This browser cannot keep keys", "Use another browser, or leave the private window.");
    case "no_certificate":
      return told("You have no keys yet", 'Make them under "Keys" in the menu of your account.');
    case "key_missing":
      return told(
        "Your keys are not in this browser",
        'Restore them under "Keys" in the menu of your account.',
      );
    case "passphrase":
      return told(
        "Wrong passphrase",
        "Upper and lower case, blanks and dashes do not matter. Without the passphrase nobody can open the backup.",
      );
    case "backup":
      return told("No usable backup", "Make a new one where your keys still are: `cloister key backup`.");
    case "unknown":
      return told("Not found", undefined, 404);
    case "conflict":
      return told("It changed meanwhile", "Load the page again.");
    case "protocol":
      return told(
        "The server's answer does not hold",
        "This browser believes nothing that it cannot verify. Tell the operator, and another member.",
        502,
      );
    case "input":
      return told(
        "That is not possible",
        "Nothing was signed: change what the sentence names, and try again.",
      );
    case "declined":
      return told("Not signed", "Nothing was sent. Repeat it when you want to sign.");
  }
}

export function tell(error: unknown): Told {
  if (error instanceof CoreError) return ofCore(error);
  if (error instanceof ApiError) {
    const advice = error.status === 403 ? byCheck(error.check) : ADVICE[error.status];
    const title = error.problem.title ?? "That did not work";
    return { status: error.status, title, text: error.message, advice, requestId: error.requestId };
  }
  return { status: -1, title: "That did not work", text: "something in this page went wrong; load it again" };
}
