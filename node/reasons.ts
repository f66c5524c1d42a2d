/** Why the system refused a file or folder, in words. */
type Deed = 'read' | 'written to';

const REASONS: Record<string, string | ((deed: Deed) => string)> = {
  EEXIST: 'a file of that name is there', ENOTDIR: 'part of it is a file', EACCES: (deed) => `it may not be ${deed}`, EPERM: (deed) => `it may not be ${deed}`,
  EROFS: 'the disk can only be read', ENOSPC: 'the disk is full', EDQUOT: 'the disk quota is used up', EIO: 'the disk does not answer', ENAMETOOLONG: 'the name is too long',
  EISDIR: 'a folder of that name is there', ENOTEMPTY: 'a folder of that name is there',
};

/** `deed`: what was tried. An error without a code that is known keeps its words. */
export function reasonOf(error: unknown, deed: Deed): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const reason = REASONS[code] ?? message;
  return typeof reason === 'string' ? reason : reason(deed);
}
