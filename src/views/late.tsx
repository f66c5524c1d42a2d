import { Component, lazy, type ComponentType, type ReactNode } from 'react';
import { isPartMissing } from '../state/problem.ts';
import { useStudio } from './context.ts';

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

/**
 * A part of the page that is fetched when it is first shown. Where that fails the rest of the page stays, a message says
 * why, and showing the part again tries again.
 */
export function late<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): ComponentType<P> {
  const part = { Part: lazy(load) };
  return function Late(props: P) {
    const studio = useStudio();
    const { Part } = part;
    const onMissing = (error: unknown) => {
      part.Part = lazy(load);
      studio.reportUnexpected(error);
    };
    return <Missing onMissing={onMissing}><Part {...props} /></Missing>;
  };
}
