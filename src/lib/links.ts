/** Where the code of this site lies, if it was built with it (docs/hosting.md). */
export const CODE: string | undefined = import.meta.env.VITE_CODE_URL;
export const PAPER = 'https://arxiv.org/abs/2512.21867';

/** What became of one of the paper's claims here: a section of docs/paper.md; null where the site does not say where its code lies. */
export const claimPage = (section: string, code = CODE): string | null => (code ? `${code.replace(/\/$/, '')}/blob/main/docs/paper.md#${section}` : null);
