interface Brand {
  brand: string;
  version: string;
}

/** The parts of `navigator` that say what the page runs in. */
export interface NavigatorFacts {
  userAgent: string;
  hardwareConcurrency?: number;
  userAgentData?: { brands: readonly Brand[]; platform: string };
}

const AGENTS: [RegExp, string][] = [
  [/Edg\/(\d+)/, 'Edge'], [/Firefox\/(\d+)/, 'Firefox'], [/Chrome\/(\d+)/, 'Chrome'], [/Version\/([\d.]+).*Safari/, 'Safari'],
];
const SYSTEMS: [RegExp, string][] = [
  [/Windows/, 'Windows'], [/Android/, 'Android'], [/iPhone|iPad/, 'iOS'], [/Mac OS X/, 'macOS'], [/CrOS/, 'ChromeOS'], [/Linux/, 'Linux'],
];

/** Name and major version of the browser, and the system, as far as it says. */
export function describeBrowser({ userAgent, userAgentData }: NavigatorFacts): { browser: string; system: string } {
  // One brand is made up, so that nobody relies on the list; "Chromium" stands for whoever names nothing better.
  const real = (userAgentData?.brands ?? []).filter(({ brand }) => !/not.*brand/i.test(brand));
  const named = real.find(({ brand }) => brand !== 'Chromium') ?? real[0];
  const agent = AGENTS.map(([pattern, name]) => [pattern.exec(userAgent)?.[1], name] as const).find(([version]) => version);
  return {
    browser: named ? `${named.brand} ${named.version}` : agent ? `${agent[1]} ${agent[0]}` : userAgent || 'unknown',
    system: userAgentData?.platform || (SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'unknown'),
  };
}
