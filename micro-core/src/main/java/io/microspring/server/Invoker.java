package io.microspring.server;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import io.microspring.call.UnsupportedSignatureException;
import io.microspring.concurrent.Stages;
import io.microspring.errors.MicroException;
import io.microspring.server.EndpointHandler.BusinessException;
import org.jspecify.annotations.Nullable;

/**
 * Calls one method of one object; knows which of its exceptions are answers rather than
 * faults.
 */
record Invoker(MethodHandle handle, @Nullable MethodHandle ofOne, Method method) {

	static Invoker of(Object bean, Method method) {
		try {
			// The class may not be public though its method is.
			if (!Modifier.isPublic(method.getDeclaringClass().getModifiers())) {
				method.setAccessible(true);
			}
			MethodHandle bound = MethodHandles.lookup().unreflect(method).bindTo(bean);
			MethodHandle ofOne = (method.getParameterCount() == 1)
					? bound.asType(MethodType.methodType(Object.class, Object.class)) : null;
			MethodHandle handle = bound.asSpreader(Object[].class, method.getParameterCount())
				.asType(MethodType.methodType(Object.class, Object[].class));
			return new Invoker(handle, ofOne, method);
		}
		catch (IllegalAccessException | InaccessibleObjectException ex) {
			throw new UnsupportedSignatureException(method, "cannot be called: " + ex.getMessage());
		}
	}

	/** What a value of a type is as an object. */
	static Type boxed(Type type) {
		return (type instanceof Class<?> c && c.isPrimitive()) ? MethodType.methodType(c).wrap().returnType() : type;
	}

	@Nullable Object invoke(@Nullable Object[] arguments) throws Exception {
		try {
			return this.handle.invokeExact(arguments);
		}
		catch (Throwable ex) {
			throw classified(ex);
		}
	}

	/** With the one argument that it takes. */
	@Nullable Object ofRequest(@Nullable Object argument) throws Exception {
		try {
			return Objects.requireNonNull(this.ofOne).invokeExact(argument);
		}
		catch (Throwable ex) {
			throw classified(ex);
		}
	}

	CompletionStage<?> declared(CompletionStage<?> stage) {
		return stage.handle((value, failure) -> {
			if (failure != null) {
				throw new CompletionException(classified(Stages.cause(failure)));
			}
			return value;
		});
	}

	private Exception classified(Throwable thrown) {
		if (thrown instanceof MicroException error) {
			return error;
		}
		boolean checked = thrown instanceof Exception && !(thrown instanceof RuntimeException);
		if (checked || isDeclared(thrown)) {
			return new BusinessException(thrown);
		}
		if (thrown instanceof Exception ex) {
			return ex;
		}
		if (thrown instanceof VirtualMachineError error && !(thrown instanceof StackOverflowError)) {
			throw error;
		}
		return new IllegalStateException(thrown.toString(), thrown);
	}

	private boolean isDeclared(Throwable thrown) {
		for (Type declared : this.method.getGenericExceptionTypes()) {
			if (declared instanceof Class<?> c && c.isInstance(thrown) && c != RuntimeException.class
					&& c != Exception.class && c != Throwable.class) {
				return true;
			}
		}
		return false;
	}

}
