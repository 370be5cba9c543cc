export { StackUnderTest, type ServiceName } from './stack-under-test.js';
