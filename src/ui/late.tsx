import { Component, createContext, lazy, Suspense, useContext, useState, type ComponentType, type ReactNode } from 'react';
import { isPartMissing } from '../lib/partMissing.ts';
import { t } from '../text/t.ts';

/** Takes the failure to fetch a part, to report it to the person. */
export const OnPartMissing = createContext<(error: unknown) => void>(() => undefined);

interface Props {
  onMissing: (error: unknown) => void;
  children: ReactNode;
}

/** Takes the failure to fetch a part; every other error is one of the page itself and goes on up. */
class Missing extends Component<Props, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidCatch(error: unknown) {
    if (isPartMissing(error)) this.props.onMissing(error);
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    if (!isPartMissing(error)) throw error;
    return null;
  }
}

const Nothing = () => null;

export const Opening = () => <p className="muted">{t('Opening…')}</p>;

export const OpeningView = () => <main className="workbench"><p className="boot">{t('Opening…')}</p></main>;

/**
 * A part of the page that is fetched when it is first shown, `Waiting` in its place until then. Where that fails the rest of
 * the page stays, a message says why, and showing the part again tries again, also where it was left before the failure came.
 */
export function late<P extends object>(load: () => Promise<{ default: ComponentType<P> }>, Waiting: ComponentType = Nothing): ComponentType<P> {
  const fetched = () => lazy(() => load().catch((error: unknown) => {
    next = fetched();
    throw error;
  }));
  let next = fetched();
  return function Late(props: P) {
    const onMissing = useContext(OnPartMissing);
    const [Part] = useState(() => next);
    return (
      <Missing onMissing={onMissing}>
        <Suspense fallback={<Waiting />}><Part {...props} /></Suspense>
      </Missing>
    );
  };
}
