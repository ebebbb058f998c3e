// A view that is drawn again only when one of its properties is another one.

import { Component, type ComponentType, type VNode } from "preact";

export function memo<P extends object>(View: (props: P) => VNode | null): ComponentType<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      const before = this.props as Record<string, unknown>;
      const after = next as Record<string, unknown>;
      const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
      return [...keys].some((key) => before[key] !== after[key]);
    }

    override render(): VNode {
      return <View {...(this.props as P)} />;
    }
  };
}
