export const LOOP_OUTPUT = 'bench.durable.v1';
