// Who leaves the intranet leaves the chat.
const leave = document.querySelector("#leave");
leave?.addEventListener("submit", async (event) => {
  event.preventDefault();
  await document.querySelector("bureau-chat").signOut();
  leave.submit();
});
