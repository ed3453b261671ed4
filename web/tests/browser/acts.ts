/** What people do in every story. */
import { expect } from "vitest";
import type { Person } from "./browser";

/** New keys for whoever is signed in, and a certificate; answers the passphrase of their backup. */
export async function makeKeys({ page, url }: Person): Promise<string> {
  await page.goto(`${url}/profile/keys`);
  await page.getByRole("button", { name: "Make my keys" }).click();
  const shown = (await page.getByTestId("passphrase").textContent()) ?? "";
  expect(shown).toMatch(/^([0-9a-z]{5}-){3}[0-9a-z]{5}$/);
  await page.getByLabel("I have kept the passphrase where I find it again").check();
  await page.getByRole("button", { name: "Get my certificate" }).click();
  await sign({ page });
  await page.getByText("This browser holds your keys").waitFor();
  return shown;
}

/** The dialog before every signature. */
export async function sign({ page }: Pick<Person, "page">): Promise<void> {
  await page.getByRole("button", { name: "Sign", exact: true }).click();
}
