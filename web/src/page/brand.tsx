export function Brand() {
  return (
    <span className="brand">
      <svg className="brand-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect x="2" y="6" width="28" height="20" rx="5" fill="currentColor" />
        <path d="m8 15.5 6 5.5L24.5 11" fill="none" className="brand-tick" />
      </svg>
      Finito Mail
    </span>
  );
}
