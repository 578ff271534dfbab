// The look of the list of conversations.

export const sheet = new CSSStyleSheet();

sheet.replaceSync(`
.conversations { display: flex; flex-direction: column; gap: 0.6rem; block-size: 100%; padding: 0.6rem 0.75rem max(0.75rem, env(safe-area-inset-bottom)); }
.brand { display: flex; align-items: center; gap: 0.5rem; min-block-size: 2.5rem; padding-inline-start: 0.5rem; }
.brand slot { flex: 1; display: block; min-inline-size: 0; }
.brand .shut { display: none; }
.sheet .brand .shut { display: grid; }
.conversations .fresh { display: flex; align-items: center; gap: 0.5rem; min-block-size: 2.75rem; padding: 0 0.9rem; border: 1px solid var(--line); border-radius: 12px; background: var(--surface); font-size: 0.9375rem; font-weight: 550; }
.conversations .fresh:hover { border-color: var(--accent); color: var(--accent); }
.find { display: flex; align-items: center; gap: 0.5rem; min-block-size: 2.5rem; padding-inline: 0.75rem; border: 1px solid transparent; border-radius: 12px; color: var(--muted); }
.find:hover { border-color: var(--line); }
.find:focus-within { border-color: var(--accent); background: var(--surface); box-shadow: 0 0 0 1px var(--accent); }
.find svg { flex: none; inline-size: 1.1rem; block-size: 1.1rem; }
.search { flex: 1; min-inline-size: 0; border: 0; outline: 0; background: none; color: var(--ink); font-size: 0.9375rem; }
.search::placeholder { color: var(--muted); opacity: 1; }
.conversations > .note { padding-inline: 0.75rem; }
.conversations > .note:empty { display: none; }
.entries { flex: 1; min-block-size: 0; overflow-y: auto; overscroll-behavior: contain; scrollbar-width: thin; scrollbar-color: var(--line) transparent; margin-inline: -0.25rem; padding-inline: 0.25rem; }
.entries section + section { margin-block-start: 1rem; }
.entries h3 { padding: 0.35rem 0.75rem; color: var(--muted); font-size: 0.75rem; font-weight: 600; }
.entry { position: relative; display: flex; align-items: center; border-radius: 10px; }
.entry:hover, .entry:focus-within { background: color-mix(in srgb, var(--tint) 70%, transparent); }
.entry:has([aria-current]) { background: var(--tint); }
.entry a { flex: 1; min-inline-size: 0; display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; gap: 0 0.5rem; min-block-size: 2.5rem; padding: 0.35rem 0.75rem; border-radius: 10px; color: var(--ink); font-size: 0.9375rem; line-height: 1.4; text-decoration: none; }
.entry [aria-current] { font-weight: 550; }
.entry .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.found { grid-column: 1 / -1; color: var(--muted); font-size: 0.8125rem; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.running { inline-size: 0.5rem; block-size: 0.5rem; border-radius: 50%; background: var(--accent); animation: breathe 1.6s ease-in-out infinite; }
.dots { inline-size: 2.25rem; block-size: 2.25rem; }
.dots svg { stroke-width: 3; }
@media (hover: hover) {
  .entry:not(:hover, :focus-within) .dots { opacity: 0; }
}
.menu { position: absolute; z-index: 1; inset-block-start: 100%; inset-inline-end: 0; inline-size: max-content; min-inline-size: 11rem; padding: 0.35rem; border: 1px solid var(--line); border-radius: 12px; background: var(--surface); box-shadow: var(--shadow); }
.entry .do { display: flex; align-items: center; inline-size: 100%; min-block-size: 2.5rem; padding: 0 0.75rem; border-radius: 8px; color: var(--ink); font-size: 0.9375rem; text-align: start; text-decoration: none; }
.entry .do:hover, .entry .do:focus-visible { background: var(--tint); }
.renaming { flex: 1; display: flex; gap: 0.4rem; align-items: center; padding: 0.25rem; }
.rename { flex: 1; min-inline-size: 0; min-block-size: 2.25rem; padding: 0 0.6rem; border: 1px solid var(--strong-line); border-radius: 8px; background: var(--surface); font-size: 0.9375rem; }
.asking { flex: 1; display: grid; gap: 0.5rem; padding: 0.6rem 0.75rem; font-size: 0.9375rem; }
.danger { border-color: var(--danger); color: var(--danger); }
.danger:hover { border-color: var(--danger); background: var(--danger); color: var(--paper); }
.entries > .plain { margin: 0.75rem; }
.account { padding: 0.5rem 0.5rem 0; border-block-start: 1px solid var(--line); }
.account:not(:has(slot)) { display: none; }
`);
