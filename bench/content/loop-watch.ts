/** The most CPU this thread spent between two turns of its loop: delays by other processes do not count. */
export function watchLoop(): { stop(): number } {
  let last = process.threadCpuUsage();
  let longest = 0;
  const look = () => {
    const now = process.threadCpuUsage();
    longest = Math.max(longest, now.user + now.system - last.user - last.system);
    last = now;
  };
  const timer = setInterval(look, 1);
  return {
    /** Milliseconds. */
    stop() {
      clearInterval(timer);
      look();
      return longest / 1_000;
    },
  };
}
