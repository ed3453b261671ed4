/** Passkeys in a browser with an authenticator of its own (WebAuthn's virtual one). */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, Person } from "./browser";
import { Deployment, PASSWORD } from "./deployment";

const EMAIL = "wim@north.example";
const deployment = new Deployment();
let browser: Browser;
let wim: Person;
let host = "";

/** The device: it verifies its user, and keeps what it makes. */
async function device({ context, page }: Person) {
  const session = await context.newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { session, authenticatorId };
}
let mine: Awaited<ReturnType<typeof device>>;

beforeAll(async () => {
  await deployment.up();
  deployment.organisation("North");
  deployment.person(EMAIL, "North");
  // Browsers give passkeys to names, not to addresses.
  host = deployment.url.replace("127.0.0.1", "localhost");
  await deployment.down();
  deployment.environment.CLOISTER_PUBLIC_URL = host;
  await deployment.up();
  browser = await launch();
  wim = await Person.at(browser, host);
  mine = await device(wim);
});
afterAll(async () => {
  await browser?.close();
  await deployment.remove();
});

test("a passkey is added soon after signing in, by name and without a password", async () => {
  const { page } = wim;
  await wim.signIn(EMAIL);
  await page.goto(`${host}/profile/passkeys`);
  await page.getByRole("heading", { name: "No passkeys yet" }).waitFor();
  await wim.look("passkeys-none");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByText("1 to 100 characters, such as Laptop").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Laptop");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("table", { name: "Passkeys" }).getByText("Laptop").waitFor();
  await wim.look("passkeys");
  wim.fine();
});

test("a second one of the same device is refused in words", async () => {
  const { page } = wim;
  await page.getByLabel("Name", { exact: true }).fill("Laptop again");
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("alert").getByText("This device has a passkey of your account already").waitFor();
  wim.fine();
});

test("it signs in without address and password, back to where one wanted to go", async () => {
  const { page } = wim;
  await wim.context.clearCookies();
  wim.expect(/answer: 401 /, /status of 401/);
  await page.goto(`${host}/profile/passkeys`);
  await page.getByRole("heading", { name: "Sign in", level: 1 }).waitFor();
  await wim.look("sign-in-passkey");
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.getByRole("table", { name: "Passkeys" }).getByText("Laptop").waitFor();
  expect(
    await page
      .getByRole("row", { name: /Laptop/ })
      .getByText("never")
      .count(),
  ).toBe(0);
  wim.fine();
});

test("a user whom the device does not verify is not let in, and the page says what happened", async () => {
  const { page } = wim;
  const { session, authenticatorId } = mine;
  await session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  await wim.context.clearCookies();
  await page.goto(`${host}/sign-in`);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.getByRole("alert").getByText("The browser gave no passkey").waitFor();
  await session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.getByRole("heading", { name: "Home", level: 1 }).waitFor();
  wim.fine();
});

test("a removed one opens nothing any more", async () => {
  const { page } = wim;
  await page.goto(`${host}/profile/passkeys`);
  await page.getByRole("button", { name: "Remove Laptop" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  // The session was the passkey's own: it ended with it.
  await page.getByLabel("Password", { exact: true }).waitFor();
  await wim.context.clearCookies();
  await page.goto(`${host}/sign-in`);
  wim.expect(/answer: 403 .*\/auth\/passkey/, /status of 403/);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("E-mail").fill(EMAIL);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { name: "Home", level: 1 }).waitFor();
  wim.fine();
});
