/** Two short notes, in Hz. Browsers allow sound only after a click or key on the page: before that it is silent. */
export function chime(first: number, second: number): void {
  if (!("AudioContext" in globalThis) || navigator.userActivation?.hasBeenActive === false) return;
  const audio = new AudioContext();
  const gain = audio.createGain();
  gain.connect(audio.destination);
  gain.gain.setValueAtTime(0.0001, audio.currentTime);
  gain.gain.exponentialRampToValueAtTime(0.12, audio.currentTime + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + 0.5);
  const tone = audio.createOscillator();
  tone.frequency.setValueAtTime(first, audio.currentTime);
  tone.frequency.setValueAtTime(second, audio.currentTime + 0.12);
  tone.connect(gain);
  tone.start();
  tone.stop(audio.currentTime + 0.5);
  tone.onended = () => void audio.close();
}
