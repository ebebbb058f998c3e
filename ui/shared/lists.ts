/** Room for the numbers of a list that begins with start: "2024." is wider than what the styles leave for "1." */
export const numberRoom = (start: number | undefined) => (start ? { paddingInlineStart: `${String(start).length + 2}ch` } : undefined);
