import { describe, expect, it } from '@jest/globals';
import { createClickTrace } from './click-trace.ts';

describe('the trace of a click', () => {
  it('is one for all calls that a click causes, another for the next click, and well-formed', () => {
    const page = new EventTarget();
    const { traceparent, follow } = createClickTrace();
    follow(page);
    page.dispatchEvent(new Event('pointerdown'));
    const first = [traceparent(), traceparent()];
    page.dispatchEvent(new Event('keydown'));
    const second = traceparent();
    for (const each of [...first, second]) expect(each).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    const [a, b, c] = [...first, second].map((each) => each.split('-'));
    expect(a![1]).toBe(b![1]);
    expect(a![2]).not.toBe(b![2]);
    expect(c![1]).not.toBe(a![1]);
  });
});
