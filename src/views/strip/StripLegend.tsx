/** What height, colour and marks mean. */
export function StripLegend() {
  return (
    <div className="strip-legend">
      <span className="axis-name">Entropy, nats</span>
      <span><i className="key" style={{ background: 'var(--surprise)' }} />opens: surprising, above <Threshold /></span>
      <span><i className="key marked" style={{ background: 'var(--forced)' }} />opens: start, row or full</span>
      <span><i className="key" style={{ background: 'var(--joins)' }} />joins the patch</span>
    </div>
  );
}

export const Threshold = () => <>E<span className="sub">th</span></>;
