import { expect, test } from 'vitest';
import { pictureKind } from './pictureKind.ts';

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

test.each([
  ['\0\0\0\x18ftypheic\0\0\0\0', 'HEIC'], ['\0\0\0\x18ftypmif1\0\0\0\0', 'HEIF'], ['\0\0\0\x1cftypavif\0\0\0\0', 'AVIF'],
  ['RIFF\x24\0\0\0WEBPVP8 ', 'WebP'], ['II*\0\x08\0\0\0', 'TIFF'], ['\0\0\0\x0cJXL \r\n', 'JPEG XL'], ['\xff\x0a\x00', 'JPEG XL'],
])('%j is %s', (text, kind) => expect(pictureKind(bytes(text))).toBe(kind));

test.each(['', 'RIFF\0\0\0\0WAVE', '\0\0\0\x18ftypmp42\0\0\0\0', '%PDF-1.7'])('%j is no such picture', (text) => expect(pictureKind(bytes(text))).toBeNull());
