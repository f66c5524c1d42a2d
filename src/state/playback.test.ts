import { beforeEach, describe, expect, it } from 'vitest';
import { createPlayback, DEFAULT_RATE } from './playback.ts';

describe('playback', () => {
  let length = 0;
  let playback: ReturnType<typeof createPlayback>;
  beforeEach(() => {
    length = 0;
    playback = createPlayback(() => length);
  });

  it('follows the head while live', () => {
    playback.restart('live');
    length = 5;
    playback.follow();
    expect(playback.getState()).toMatchObject({ cursor: 5, mode: 'live' });
  });

  it('does not follow once the person has stepped back, and can go live again', () => {
    playback.restart('live');
    length = 5;
    playback.follow();
    playback.step(-2);
    length = 9;
    playback.follow();
    expect(playback.getState()).toMatchObject({ cursor: 3, mode: 'paused' });
    playback.goLive();
    expect(playback.getState()).toMatchObject({ cursor: 9, mode: 'live' });
  });

  it('settles at the end of a run, but leaves a scrubbed cursor alone', () => {
    playback.restart('live');
    length = 4;
    playback.settle();
    expect(playback.getState()).toMatchObject({ cursor: 4, mode: 'paused' });
    playback.seek(2);
    playback.settle();
    expect(playback.getState().cursor).toBe(2);
  });

  it('plays at its rate whatever the frame length, and stops at the end', () => {
    length = 100;
    playback.restart('paused');
    playback.play(false);
    for (let i = 0; i < 10; i++) playback.tick(7, false);
    expect(playback.getState().cursor).toBe(Math.floor((70 / 1000) * DEFAULT_RATE));
    let more = true;
    for (let i = 0; i < 1000 && more; i++) more = playback.tick(16, false);
    expect(playback.getState()).toMatchObject({ cursor: 100, mode: 'paused' });
  });

  it('catches up with a growing run and goes live', () => {
    length = 3;
    playback.restart('paused');
    playback.seek(1);
    playback.play(true);
    playback.tick(1000, true);
    expect(playback.getState()).toMatchObject({ cursor: 3, mode: 'live' });
  });

  it('plays from the start when everything is shown', () => {
    length = 10;
    playback.seek(10);
    playback.play(false);
    expect(playback.getState()).toMatchObject({ cursor: 0, mode: 'playing' });
  });

  it.each([[-5, 1], [0, 1], [3.4, 3], [99, 10], [Infinity, 10]])('brings %s to %s', (wanted, cursor) => {
    length = 10;
    playback.seek(wanted);
    expect(playback.getState().cursor).toBe(cursor);
  });

  it('forgets the picked cell when the cursor moves', () => {
    length = 10;
    playback.seek(8);
    playback.look(2);
    expect(playback.getState().pick).toBe(2);
    playback.step(-1);
    expect(playback.getState().pick).toBeNull();
  });
});
