import { createStore } from 'zustand/vanilla';
import { keep, readKept } from '../lib/kept.ts';
import { speak, t, type Wording } from '../text/t.ts';

/** The languages of the studio by their own names. All but English are fetched when they are needed. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;
export const languages = Object.keys(LANGUAGES) as Language[];

type Wordings = Record<Exclude<Language, 'en'>, () => Promise<Wording>>;
const WORDINGS: Wordings = {
  de: async () => (await import('../text/german.ts')).german,
};

const KEY = 'dpar-language';
const isLanguage = (tag: string | null): tag is Language => tag !== null && Object.hasOwn(LANGUAGES, tag);

/** The first of the browser's languages that the studio has. */
const languageFor = (tags: readonly string[]): Language => tags.map((tag) => tag.split('-')[0]!.toLowerCase()).find(isLanguage) ?? 'en';

/** The language of the texts: asked for, chosen earlier, or the browser's. `asked` is of this visit alone. */
export function createLanguage(asked: Language | null = null, wordings: Wordings = WORDINGS) {
  /** `wanted`: asked for last, its texts may be on the way. */
  const store = createStore<{ language: Language; wanted: Language }>(() => ({ language: 'en', wanted: 'en' }));
  let turn = 0;

  /** Speaks it; stays with what is spoken where its texts cannot be fetched, and reports that. False there, and where another language was asked for meanwhile. */
  async function turnTo(language: Language): Promise<boolean> {
    const mine = ++turn;
    store.setState({ wanted: language });
    try {
      const wording = language === 'en' ? null : await wordings[language]();
      if (mine !== turn) return false;
      speak(wording);
    } catch (error) {
      if (mine !== turn) return false;
      store.setState({ wanted: store.getState().language });
      reportError(error);
      return false;
    }
    document.documentElement.lang = language;
    document.title = t('DPAR Studio: watch an image being generated, token by token');
    store.setState({ language });
    return true;
  }
  return {
    ...store,
    async start(): Promise<void> {
      const first = asked ?? readKept(KEY, isLanguage) ?? languageFor(navigator.languages);
      if (first !== 'en') await turnTo(first);
    },
    /** Chosen by the person, so kept once it is spoken; whether it is. */
    async choose(language: Language): Promise<boolean> {
      const spoken = await turnTo(language);
      if (spoken) keep(KEY, language);
      return spoken;
    },
  };
}
export type LanguageStore = ReturnType<typeof createLanguage>;
