/**
 * amoCRM's words and the system's go into results for people to read. They may repeat what was sent: a phone, an
 * e-mail, a token. None of them may reach a log (design.md property 7), so they are masked before they leave here.
 */
const longestDetail = 300;

export function masked(words: string): string {
  return words
    .replace(/(?:eyJ[\w-]+\.[\w.-]*|[\w-]{40,})/gu, '<secret>')
    .replace(/[^\s@"'<>]+@[^\s@"'<>]+/gu, '<e-mail>')
    .replace(/\+?\d(?:[\s().-]{0,2}\d){4,}/gu, '<number>')
    .slice(0, longestDetail);
}
