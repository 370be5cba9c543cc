/** A Russian mobile number by itself, not a part of a longer number or of an id. */
const numbers = /(?<![\da-fA-F])(?:\+?[78])?9\d{9}(?![\da-fA-F])/g;

/** Lines of a log that hold a secret or a client's number (faults.md I10). What is found is masked in the finding. */
export function canariesIn(log: string, secrets: readonly string[], phones: ReadonlySet<string>): string[] {
  const isPhone = (text: string): boolean => phones.has(`+7${text.slice(-10)}`);
  return log.split('\n').flatMap((line) => {
    const secret = secrets.find((each) => line.includes(each));
    if (secret !== undefined) return [`a secret in a log: ${line.replaceAll(secret, '***').slice(0, 200)}`];
    const phone = (line.match(numbers) ?? []).find(isPhone);
    return phone === undefined ? [] : [`a client's number in a log: ${line.replaceAll(phone, '***').slice(0, 200)}`];
  });
}
