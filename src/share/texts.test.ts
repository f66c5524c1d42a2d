import { beforeAll, describe, expect, it } from 'vitest';
import { syntheticPack } from '../../fixtures/synthetic.ts';
import { parseRun, type Run } from '../../engine/log.ts';
import { BIBTEX } from './citation.ts';
import { runToCsv } from './csv.ts';
import { embedAddress, embedSnippet } from './embedSnippet.ts';
import { entropySvg, type MapPack } from './entropySvg.ts';
import { FILM, filmAddress, frameCursors } from './film.ts';
import { figureSvg } from './figureSvg.ts';
import { german } from '../text/german.ts';
import { speak } from '../text/t.ts';
import { fileName } from './files.ts';

let run: Run;
const dpar: MapPack = { vocab: 1024, kind: 'dpar' };
const gpt: MapPack = { vocab: 1024, kind: 'gpt' };
beforeAll(async () => {
  const { files } = await syntheticPack();
  run = parseRun(JSON.parse(files.get('recordings/river-7.json')!.toString()));
});

describe('CSV', () => {
  it('has one line per token with every column, and empty places for what is not there', () => {
    const lines = runToCsv(run).split('\r\n');
    expect(lines).toHaveLength(258);
    expect(lines[0]).toBe('t,row,column,token,entropy_nats,opens,patch,pass,source,logprob,class_logprob,entropy_ms,encoder_ms,patch_transformer_ms,decoder_ms,gpt_ms,sampling_ms,wait_ms');
    const { token, logprob, classLogprob } = run.events[0]!;
    expect(lines[1]).toBe(`0,0,0,${token},,first,0,,sampled,${logprob},${classLogprob},1.5,1.2,3.2,2.5,,0.1,`);
    for (const [t, line] of lines.slice(1, -1).entries()) {
      const cells = line.split(',');
      expect(cells).toHaveLength(18);
      expect(cells.slice(0, 4)).toEqual([t, Math.floor(t / 16), t % 16, run.events[t]!.token].map(String));
      expect(cells[4] === '' ? null : Number(cells[4])).toBe(run.events[t]!.entropy);
    }
  });
  it('groups the tokens that one pass settled', () => {
    const passes = { ...run, events: run.events.map((event) => ({ ...event, pass: Math.floor(event.t / 2) + 1 })) };
    const [names, ...lines] = runToCsv(passes).split('\r\n').map((line) => line.split(','));
    expect(lines.slice(0, 4).map((cells) => cells[names!.indexOf('pass')])).toEqual(['1', '1', '2', '2']);
  });
  it('has the time of the plain transformer', () => {
    const plain = { ...run, events: run.events.map((event) => ({ ...event, times: { gpt: 8.5, sampling: 0.1 } })) };
    const [names, first] = runToCsv(plain).split('\r\n').map((line) => line.split(','));
    expect(first![names!.indexOf('gpt_ms')]).toBe('8.5');
  });
});

describe('entropy map as SVG', () => {
  it('has a cell for every token, boundaries, and a legend in nats with E_th', () => {
    const svg = entropySvg(run, dpar, 'viridis');
    expect(svg.match(/width="1.01"/g)).toHaveLength(256);
    expect(svg).toContain('ln V = 6.93\u00a0nats');
    expect(svg).toMatch(/>E<tspan[^>]*>th<\/tspan><tspan[^>]*> = 5.2\u00a0nats</);
    expect(svg).toContain('River, seed 7');
    expect(svg.match(/<path d="M[^"]{100,}" stroke=/g)).toHaveLength(1);
  });
  it('leaves E_th out where the entropy gate is off', () => {
    const header = { ...run.header, settings: { ...run.header.settings, entropyGate: false } };
    expect(entropySvg({ ...run, header }, dpar, 'viridis')).not.toContain('>th<');
    const [split, whole] = [run, { ...run, header }].map((of) => entropySvg(of, dpar, 'threshold'));
    expect(split, 'colours of what opens').toMatch(/stop-color="#[c-f]/);
    expect(whole).not.toMatch(/stop-color="#[c-f]/);
  });
  it('counts patches, and shows none of a plain transformer', () => {
    expect(entropySvg(run, dpar, 'viridis')).toMatch(/>avg<.*\d+ patches of 256 tokens/);
    const plain = entropySvg(run, gpt, 'viridis');
    expect(plain).toContain('; 256 tokens<');
    expect(plain).not.toMatch(/patch|avg/);
    expect(plain).toContain('<path d="" stroke=');
  });
  it('is in the language of the page, numbers too, as the figure is', () => {
    const look = { map: 'viridis', ground: '#fff', text: '#111', muted: '#333' } as const;
    speak(german);
    const [map, figure] = [entropySvg(run, dpar, 'viridis'), figureSvg({ ...run, complete: false }, dpar, 'data:,', look)];
    speak(null);
    expect(map).toContain('<title>Entropie je Token: Fluss, Seed 7</title>');
    expect(figure).toContain('<title>Bild und Entropie je Token: Fluss, Seed 7</title>');
    expect(figure).toMatch(/>\(a\) Bild und Patches<.*>\(b\) Entropie je Token<.*eurosat, angehalten; P</s);
    for (const svg of [map, figure]) {
      expect(svg).toMatch(/>avg<\/tspan><tspan[^>]*> \d,\d\d, \d+ Patches aus 256 Tokens</);
      expect(svg).toMatch(/> = 5,2 Nat<.*>ln V = 6,93 Nat</);
      expect(svg.match(/>[^<]*\b(?:nats|seed|patches|picture)\b/g), 'nothing is left in English').toBeNull();
    }
  });
  it('cannot be broken by a name', () => {
    const svg = entropySvg({ ...run, header: { ...run.header, className: '<script>&"\'' } }, dpar, 'threshold');
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&#60;script&#62;');
  });
});

describe('figure for papers', () => {
  const look = { map: 'threshold', ground: 'rgb(15, 17, 20)', text: 'rgb(236, 238, 241)', muted: 'rgb(155, 163, 175)' } as const;
  const svg = (of: Run = run, pack: MapPack = dpar) => figureSvg(of, pack, 'data:image/png;base64,AAAA', look);
  it('has the picture and the map side by side, the same patches over both, in the colours of the page', () => {
    expect(svg().match(/<image [^>]*href="data:image\/png;base64,AAAA"/g)).toHaveLength(1);
    expect(svg().match(/width="1.01"/g)).toHaveLength(256);
    const paths = svg().match(/<path d="M[^"]{100,}" stroke=/g)!;
    expect([paths.length, paths[0]]).toEqual([2, paths[1]]);
    expect(svg()).toContain('fill="rgb(15, 17, 20)"');
    expect(svg()).toContain('ln V = 6.93\u00a0nats');
  });
  it('names no patches of a plain transformer', () => {
    expect(svg()).toContain('(a) Picture and patches');
    expect(svg(run, gpt)).toContain('(a) Picture<');
  });
  it('cannot be broken by a name', () => {
    expect(svg({ ...run, header: { ...run.header, className: '<script>' } })).not.toContain('<script');
  });
});

describe('embed code', () => {
  it('keeps the path of the page and the run', () => {
    expect(embedAddress('https://a.test/demo/?x=1#old', '#class=River&seed=7')).toBe('https://a.test/demo/?embed#class=River&seed=7');
  });
  it('is one well-formed element whatever the title', () => {
    const html = embedSnippet('https://a.test/', '#a=1&b=2', '"><script>');
    expect(html).toContain('src="https://a.test/?embed#a=1&amp;b=2"');
    expect(html).toContain('title="&quot;>&lt;script>"');
  });
});

describe('animation', () => {
  it.each([[1, 1], [16, 16], [64, 64], [65, 33], [256, 64], [576, 64], [1024, 64]])('of %i tokens has %i frames, the last one whole', (tokens, frames) => {
    const cursors = frameCursors(tokens);
    expect(cursors).toHaveLength(frames);
    expect(cursors.at(-1)).toBe(tokens);
    expect(cursors.every((cursor, i) => i === 0 || cursor > cursors[i - 1]!)).toBe(true);
  });
  it('has sides that video codecs take', () => {
    expect([FILM.width % 2, FILM.height % 2]).toEqual([0, 0]);
  });
  it.each([
    ['https://studio.example/a/?x#view=inspect', 'https://studio.example/a/?x#class=Cat'],
    ['http://localhost:5173/#view=inspect', '#class=Cat'],
    ['http://127.0.0.1:8080/', '#class=Cat'],
    ['http://[::1]:8080/', '#class=Cat'],
    ['https://localhost.example/', 'https://localhost.example/#class=Cat'],
  ])('made at %s says %s', (page, address) => {
    expect(filmAddress(page, '#class=Cat')).toBe(address);
  });
});

it('names files by pack, class and seed, in plain letters', () => {
  const named = (className: string, ending: string) => fileName({ ...run, header: { ...run.header, className } }, run.header.settings, ending);
  expect(named('Sea / lake', '.png')).toBe('eurosat-sea-lake-7.png');
  expect(named('../..\\x', '.csv')).toBe('eurosat-x-7.csv');
});

it('names a file by its digest, too, where the run is another than pack, class and seed say', () => {
  const { header } = run;
  const marked = `eurosat-river-7-${run.digest.slice(0, 6)}.png`;
  expect(fileName(run, header.settings, '.png')).toBe('eurosat-river-7.png');
  expect(fileName(run, { ...header.settings, entropyThreshold: 1 }, '.png')).toBe(marked);
  expect(fileName({ ...run, header: { ...header, given: [1] } }, header.settings, '.png'), 'gone on from given tokens').toBe(marked);
  expect(fileName({ ...run, complete: false }, header.settings, '.png'), 'stopped').toBe(marked);
  expect(fileName(run, undefined, '.png'), 'its pack is not here').toBe(marked);
  expect(fileName({ ...run, complete: false, digest: '../x' }, header.settings, '.png')).toBe('eurosat-river-7.png');
});

it('cites the paper as the readme does', async () => {
  const { readFileSync } = await import('node:fs');
  expect(readFileSync('README.md', 'utf8')).toContain(BIBTEX);
});
