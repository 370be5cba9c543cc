export { parsePhone, type ParsePhoneOptions, type Phone, type PhoneKind } from './parse-phone.js';
export { samePhone } from './same-phone.js';
export { digits, isRussian, maskPhone, nationalDigits } from './digits.js';
