import { Component, type ReactNode } from 'react';
import { t } from '../../text/t.ts';

/** The last resort: no blank page, the words of the error, and a way on. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <main className="splash">
        <h1>{t('This page could not be shown')}</h1>
        <p>{error.message}</p>
        <p className="muted">{t('The address still contains the run: reload to generate it again.')}</p>
        <button type="button" className="button" onClick={() => location.reload()}>{t('Reload')}</button>
      </main>
    );
  }
}
