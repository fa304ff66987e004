import type { Toast } from '../messages/reader-changes.ts';

/** Said at the foot of the page for a while, with the way back. */
export function ToastLine({ toast }: { toast: Toast | null }) {
  return (
    <div className="toasts" role="status">
      {toast && (
        <p className="toast">
          {toast.words}
          {toast.undo && (
            <button type="button" className="toast-undo" onClick={toast.undo}>
              Undo
            </button>
          )}
        </p>
      )}
    </div>
  );
}
