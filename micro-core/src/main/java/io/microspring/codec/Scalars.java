package io.microspring.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.Locale;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * What the texts and numbers of JSON are in protobuf. No number costs more than its
 * digits.
 */
final class Scalars {

	/** No number that fits a field has more digits; some have superfluous ones. */
	private static final int LONGEST_NUMBER = 1000;

	private static final int LONGEST_INTEGER = 20;

	private static final BigInteger LARGEST_UNSIGNED = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

	private Scalars() {
	}

	/**
	 * A value that is neither a message nor an enum's.
	 * @param field what it is for
	 * @param text the value
	 * @return the value as the field has it
	 * @throws InvalidProtocolBufferException when it does not fit
	 */
	static Object scalar(FieldDescriptor field, String text) throws InvalidProtocolBufferException {
		try {
			return switch (field.getType()) {
				case INT32, SINT32, SFIXED32 -> Math.toIntExact(integer(text));
				case INT64, SINT64, SFIXED64 -> integer(text);
				case UINT32, FIXED32 -> (int) within(integer(text), 0, 0xffff_ffffL);
				case UINT64, FIXED64 -> unsigned(text);
				case BOOL -> bool(text);
				case FLOAT -> (float) within(floating(text), Float.MAX_VALUE);
				case DOUBLE -> within(floating(text), Double.MAX_VALUE);
				case STRING -> text;
				case BYTES -> bytes(text);
				default -> throw misfit(field, "not a text");
			};
		}
		catch (ArithmeticException | IllegalArgumentException ex) {
			throw misfit(field, "and this is none, or too large for it");
		}
	}

	/**
	 * An enum's value, by its name or number.
	 * @param field what it is for
	 * @param text the name or number
	 * @param token which of both it may be
	 * @return the value, or null for a name or number that is not known here
	 * @throws InvalidProtocolBufferException when it is neither
	 */
	static @Nullable EnumValueDescriptor enumValue(FieldDescriptor field, String text, JsonToken token)
			throws InvalidProtocolBufferException {
		EnumDescriptor type = field.getEnumType();
		if (token == JsonToken.VALUE_STRING) {
			EnumValueDescriptor named = type.findValueByName(text);
			if (named != null || text.isEmpty() || !isDigit(text.charAt(text.length() - 1)) || !isNumber(text)) {
				return named;
			}
		}
		try {
			int number = Math.toIntExact(integer(text));
			return type.isClosed() ? type.findValueByNumber(number) : type.findValueByNumberCreatingIfUnknown(number);
		}
		catch (ArithmeticException | IllegalArgumentException ex) {
			throw misfit(field, "and this is none");
		}
	}

	private static long integer(String text) {
		try {
			return Long.parseLong(text);
		}
		catch (NumberFormatException ex) {
			return whole(text).longValueExact();
		}
	}

	private static long unsigned(String text) {
		BigInteger value = whole(text).toBigIntegerExact();
		if (value.signum() < 0 || value.compareTo(LARGEST_UNSIGNED) > 0) {
			throw new ArithmeticException(text);
		}
		return value.longValue();
	}

	/** {@code 1.0} and {@code 1e3} are integers; one with a large exponent is refused. */
	private static BigDecimal whole(String text) {
		if (text.length() > LONGEST_NUMBER) {
			throw new NumberFormatException();
		}
		BigDecimal value = new BigDecimal(text);
		if (value.signum() == 0) {
			return BigDecimal.ZERO;
		}
		long digits = (long) value.precision() - value.scale();
		if (digits <= 0 || digits > LONGEST_INTEGER) {
			throw new ArithmeticException(text);
		}
		return value;
	}

	private static double floating(String text) {
		return switch (text) {
			case "NaN" -> Double.NaN;
			case "Infinity" -> Double.POSITIVE_INFINITY;
			case "-Infinity" -> Double.NEGATIVE_INFINITY;
			default -> {
				// Java takes more for a number than JSON does.
				if (text.length() > LONGEST_NUMBER || !isNumber(text)) {
					throw new NumberFormatException();
				}
				double value = Double.parseDouble(text);
				if (Double.isInfinite(value)) {
					throw new ArithmeticException(text);
				}
				yield value;
			}
		};
	}

	private static double within(double value, double largest) {
		if (!Double.isInfinite(value) && Math.abs(value) > largest) {
			throw new ArithmeticException();
		}
		return value;
	}

	private static long within(long value, long least, long most) {
		if (value < least || value > most) {
			throw new ArithmeticException();
		}
		return value;
	}

	private static boolean bool(String text) {
		if (!text.equals("true") && !text.equals("false")) {
			throw new IllegalArgumentException(text);
		}
		return text.equals("true");
	}

	/** Base64 in either alphabet, padded or not. */
	private static ByteString bytes(String text) {
		return ByteString.copyFrom(Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/')));
	}

	private static boolean isNumber(String text) {
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (!isDigit(c) && "+-.eE".indexOf(c) < 0) {
				return false;
			}
		}
		return !text.isEmpty();
	}

	private static boolean isDigit(char c) {
		return c >= '0' && c <= '9';
	}

	/**
	 * The error of a value that does not fit.
	 * @param field what it is for
	 * @param found what it is
	 * @return the error
	 */
	static InvalidProtocolBufferException misfit(FieldDescriptor field, String found) {
		return new InvalidProtocolBufferException(
				field.getName() + " is of type " + field.getType().name().toLowerCase(Locale.ROOT) + ", " + found);
	}

}
