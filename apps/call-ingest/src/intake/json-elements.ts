/**
 * The elements of a JSON array, each as it was written: to write a parsed one again would change its spelling, and throws
 * where it nests some thousand levels deep.
 * @param json an array that was parsed already: what is no JSON is not noticed here
 */
export function elementsOf(json: string): string[] {
  const elements: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]/g)) {
    if (token === '[' || token === '{') {
      depth += 1;
      if (depth === 1) start = index + 1;
    } else if (token === ',' && depth === 1) {
      elements.push(json.slice(start, index).trim());
      start = index + 1;
    } else if (token === ']' || token === '}') {
      depth -= 1;
      if (depth === 0) elements.push(json.slice(start, index).trim());
    }
  }
  return elements;
}
