// The socket, with its way back. What the frames mean is in docs/protocol.md.

const version = 1;
// ms before the first return, which doubles up to the longest.
const firstWait = 500;
const longestWait = 15000;
// Close codes after which coming back does not help.
const final = { 4501: "signedOut", 4502: "outdated", 4503: "noAccess", 4504: "refused" };

/**
 * A Connection keeps one socket open. It calls hello for what the first frame
 * says, onFrame with every frame, and onState with "connecting", "ready",
 * "offline", "signedOut", "outdated", "noAccess" or "refused", by the page (visitor.js).
 */
export class Connection {
  #url;
  #hello;
  #onFrame;
  #onState;
  #socket = null;
  #timer = 0;
  #wait = firstWait;
  #wake = () => this.state === "offline" && this.open();
  state = "connecting";

  constructor(url, { hello, onFrame, onState }) {
    this.#url = url;
    this.#hello = hello;
    this.#onFrame = onFrame;
    this.#onState = onState;
    addEventListener("online", this.#wake);
  }

  /** Opens the socket now, unless it is open. */
  open() {
    clearTimeout(this.#timer);
    if (this.#socket) return;
    this.#enter(this.state === "offline" ? "offline" : "connecting");
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => this.send({ type: "hello", version, ...this.#hello() });
    socket.onmessage = (event) => this.#take(JSON.parse(event.data));
    socket.onclose = (event) => this.lost(event.code);
  }

  /** Sends a frame, and reports whether there was a socket to send it on. */
  send(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Closes for good. */
  close() {
    clearTimeout(this.#timer);
    removeEventListener("online", this.#wake);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onclose = null;
    socket.close();
  }

  // The state is ready before what follows from it, so that it may send.
  #take(frame) {
    if (frame.type === "ready") {
      this.#wait = firstWait;
      this.#enter("ready");
    }
    this.#onFrame(frame);
  }

  /** The socket is lost, or there is none. */
  lost(code) {
    clearTimeout(this.#timer); // one way back at a time
    this.#socket = null;
    if (final[code]) {
      this.#enter(final[code]);
      return;
    }
    this.#enter("offline");
    // Half of the wait is chance, so that a restart is not met by all at once.
    this.#timer = setTimeout(() => this.open(), this.#wait * (0.5 + Math.random() / 2));
    this.#wait = Math.min(this.#wait * 2, longestWait);
  }

  #enter(state) {
    this.state = state;
    this.#onState(state);
  }
}
