/**
 * Page translation and extensions replace text nodes by elements of their own, or wrap what is there. React goes on
 * changing, removing and inserting by the nodes that it made, and the browser throws where these are no longer in their place
 * (facebook/react#11538). Here such nodes are followed to what stands for them now: a text that React changes is written into
 * its replacement, and a removal or insertion is done there.
 */
export function watchForeignChanges(root: Node): void {
  /** What stands in the place of a text node that others took out. */
  const inPlace = new WeakMap<Node, Element>();

  const texts = new MutationObserver((records) => {
    for (const { target } of records) {
      const other = inPlace.get(target);
      if (other && !target.parentNode) other.textContent = target.nodeValue;
    }
  });
  const take = (records: MutationRecord[]) => {
    for (const { addedNodes, removedNodes, previousSibling, nextSibling } of records) {
      for (const node of removedNodes) {
        if (!(node instanceof Text) || node.parentNode) continue;
        const other = [...addedNodes, previousSibling, nextSibling].find((near) => near instanceof Element && near.textContent?.trim() !== '' && near.isConnected);
        if (!(other instanceof Element) || !foreign(other)) continue;
        inPlace.set(node, other);
        texts.observe(node, { characterData: true });
      }
    }
  };
  const children = new MutationObserver(take);
  children.observe(root, { childList: true, subtree: true });

  /** The child of `parent` that is, replaces or holds `node`. */
  const standIn = (parent: Node, node: Node): Node | null => {
    take(children.takeRecords());
    let at: Node | null = inPlace.get(node) ?? node;
    while (at && at.parentNode !== parent) at = at.parentNode;
    return at;
  };

  const { removeChild, insertBefore } = Node.prototype;
  Node.prototype.removeChild = function <T extends Node>(this: Node, child: T): T {
    if (child.parentNode === this) return removeChild.call(this, child) as T;
    const other = standIn(this, child);
    if (other) removeChild.call(this, other);
    return child;
  };
  Node.prototype.insertBefore = function <T extends Node>(this: Node, node: T, before: Node | null | undefined): T {
    if (!before || before.parentNode === this) return insertBefore.call(this, node, before ?? null) as T;
    return insertBefore.call(this, node, standIn(this, before)) as T;
  };
}

/** An element that React did not make. */
const foreign = (element: Element): boolean => !Object.keys(element).some((key) => key.startsWith('__react'));
