/** 'SH-000012': numbered in order of issue, without gaps. */
export const certificateNumber = (count: number): string => `SH-${String(count).padStart(6, '0')}`
