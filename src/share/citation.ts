import type { Manifest } from '../../engine/manifest.ts';

/** The paper whose method this is. */
export const BIBTEX = `@inproceedings{srivastava2026dpar,
  title     = {DPAR: Dynamic Patchification for Efficient Autoregressive Visual Generation},
  author    = {Srivastava, Divyansh and Mehra, Akshay and Maneriker, Pranav and Sanyal, Debopam and Raj, Vishnu and
               Kamarshi, Vijay and Du, Fan and Kimball, Joshua},
  booktitle = {CVPR},
  year      = {2026}
}`;

/** Whose data the pack was made from. */
export const dataCredit = ({ data }: Pick<Manifest, 'data'>): string => `${data.name}: ${data.credit} (${data.license}).`;
