import type { FileRef, Problem } from "../../../shared/types";
import { Refusal, Unreachable } from "./api";

/** Sends a file's bytes into a conversation; tells its progress from 0 to 1. Aborting rejects with an AbortError. */
export function upload(conversation: string, file: File, progress: (share: number) => void, signal: AbortSignal): Promise<FileRef> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest(); // fetch can't tell the progress of what it sends
    call.open("POST", `/api/v1/conversations/${encodeURIComponent(conversation)}/files?name=${encodeURIComponent(file.name || "file")}`);
    call.setRequestHeader("Content-Type", "application/octet-stream");
    call.responseType = "json";
    call.upload.onprogress = (e) => e.lengthComputable && progress(e.loaded / e.total);
    call.onerror = call.ontimeout = () => reject(new Unreachable("the upload broke off"));
    call.onabort = () => reject(new DOMException("aborted", "AbortError"));
    call.onload = () => {
      if (call.status === 201) return resolve(call.response as FileRef);
      const problem = call.response as Partial<Problem> | null;
      reject(new Refusal(call.status, problem?.code ?? (call.status === 413 ? "file_too_large" : `http_${call.status}`), problem ?? undefined));
    };
    signal.addEventListener("abort", () => call.abort());
    call.send(file);
  });
}
