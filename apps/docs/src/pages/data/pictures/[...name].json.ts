// The numbers that pictures are drawn of, for readers to load.

const NUMBERS = import.meta.glob("../../../assets/**/*.json", {
  eager: true,
  import: "default",
});

/** One file for every one beside a picture. */
export function getStaticPaths() {
  return Object.entries(NUMBERS).map(([path, numbers]) => ({
    params: { name: path.replace(/^.*\/assets\/(.*)\.json$/, "$1") },
    props: { numbers },
  }));
}

export function GET({ props }: { readonly props: { readonly numbers: object } }) {
  return Response.json(props.numbers);
}
