export function checkPublic(): void;
