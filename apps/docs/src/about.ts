// What an owner decides once about the project, as the site tells it. What is not decided is not told:
// no link, no sitemap and no address rather than a false one.

/** As `tools/publish.config.json` holds it. */
interface Decided {
  /** The address of the repository, as `https://github.com/OWNER/NAME`. */
  readonly repository: string | null;
  /** The address of the site. */
  readonly homepage: string | null;
}

/** The part of the configuration of the site that follows from the decisions. */
export function about({ repository, homepage }: Decided) {
  const picture = homepage === null ? null : new URL("/social.png", homepage).href;
  return {
    // With an address Astro writes canonical links, and Starlight a sitemap.
    site: homepage ?? undefined,
    social:
      repository === null
        ? []
        : [{ icon: "github" as const, label: "Repository", href: repository }],
    head:
      picture === null
        ? []
        : [
            { tag: "meta" as const, attrs: { property: "og:image", content: picture } },
            { tag: "meta" as const, attrs: { name: "twitter:image", content: picture } },
          ],
  };
}
