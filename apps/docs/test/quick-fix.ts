import type { Page } from "playwright-core";

/**
 * Presses the button that mends the first mistake of the text. It comes with what the language server says,
 * which closes what the pointer had opened before: so the pointer comes again until the button is there.
 */
export async function pressFix(page: Page): Promise<void> {
  const fix = page.locator(".cm-diagnosticAction").first();
  while (!(await fix.isVisible())) {
    await page.mouse.move(0, 0);
    await page.locator(".cm-lintRange-error").first().hover();
    await fix.waitFor({ timeout: 3000 }).catch(() => null);
  }
  await fix.click();
}
